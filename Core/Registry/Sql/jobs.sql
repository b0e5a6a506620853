-- The library that keeps the jobs looks into this table for its version before it makes it, which stands in the server's log as an error. Empty, it means the same.
DO $$
BEGIN
    IF to_regclass('hangfire.schema') IS NULL THEN
        CREATE TABLE hangfire.schema (version integer NOT NULL PRIMARY KEY);
        GRANT SELECT, INSERT, UPDATE, DELETE ON hangfire.schema TO imageservice_app;
    END IF;
END $$;
