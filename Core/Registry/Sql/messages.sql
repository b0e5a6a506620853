-- Facts may be written into the queue in the transaction that makes them true, so the table itself tells of new ones, whoever writes them.
ALTER TABLE queue.messages ADD COLUMN trace_parent text;

CREATE FUNCTION queue.notify_messages() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('queue_messages', '');
    RETURN NULL;
END $$;

CREATE TRIGGER notify_messages AFTER INSERT ON queue.messages FOR EACH STATEMENT EXECUTE FUNCTION queue.notify_messages();
