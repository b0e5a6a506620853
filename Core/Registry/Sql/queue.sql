-- The queue of Core/Messaging/PostgresQueue.cs. It has its own schema because it is no part of the registry: another adapter replaces it whole.
-- Messages carry ids only. A message is claimed until visible_at; attempts names the claim, so that a worker that lost it can settle nothing.
CREATE SCHEMA IF NOT EXISTS queue;

CREATE TABLE queue.messages (
    id uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    organization_id uuid NOT NULL,
    type text NOT NULL,
    body jsonb NOT NULL,
    enqueued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    visible_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    claimed boolean NOT NULL DEFAULT false,
    attempts integer NOT NULL DEFAULT 0,
    dead_at timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- Waiting messages in order; dead ones leave the index.
CREATE INDEX ix_messages_waiting ON queue.messages (sequence) INCLUDE (visible_at) WHERE dead_at IS NULL;

GRANT USAGE ON SCHEMA queue TO imageservice_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON queue.messages TO imageservice_app;

-- Wakes the relay when facts are committed.
CREATE FUNCTION notify_outbox() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('outbox_messages', '');
    RETURN NULL;
END $$;

CREATE TRIGGER notify_outbox AFTER INSERT ON outbox_messages FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();
