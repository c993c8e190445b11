import { sql, type Transaction } from 'kysely'

/** The versions of this package's tables in schema `plataforma`. */
export const REGISTRY_STEPS: readonly ((trx: Transaction<unknown>) => Promise<void>)[] = [
  async (trx) => {
    // No reference to the modules of isolation: migrations also run where there is none.
    await sql`
      CREATE TABLE plataforma.migrations (
        module text NOT NULL,
        name text NOT NULL,
        version text,
        kind text NOT NULL CHECK (kind IN ('sql', 'code')),
        checksum text,
        up_text text,
        down_text text,
        dependencies text[] NOT NULL DEFAULT '{}',
        repeatable boolean NOT NULL DEFAULT false,
        irreversible boolean NOT NULL DEFAULT false,
        rls boolean NOT NULL DEFAULT true,
        state text NOT NULL
          CHECK (state IN ('applied', 'running', 'undoing', 'needs-attention')),
        position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        duration_ms double precision NOT NULL DEFAULT 0,
        applied_by text NOT NULL,
        run bigint,
        PRIMARY KEY (module, name)
      );
      CREATE TABLE plataforma.migration_progress (
        module text NOT NULL,
        name text NOT NULL,
        direction text NOT NULL CHECK (direction IN ('up', 'down')),
        part integer NOT NULL,
        effect jsonb,
        state text NOT NULL CHECK (state IN ('begun', 'done')),
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (module, name, direction, part),
        FOREIGN KEY (module, name) REFERENCES plataforma.migrations ON DELETE CASCADE
      );
      CREATE TABLE plataforma.migration_runs (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        ended_at timestamptz,
        login text NOT NULL DEFAULT session_user,
        host text NOT NULL,
        pid integer NOT NULL,
        application text NOT NULL,
        backend_pid integer NOT NULL,
        backend_start timestamptz,
        outcome text CHECK (outcome IN ('done', 'failed', 'stopped')),
        error text
      );
      CREATE TABLE plataforma.migration_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        run bigint,
        module text NOT NULL,
        name text NOT NULL,
        event text NOT NULL
          CHECK (event IN ('applied', 'rolled-back', 'baselined', 'repaired', 'failed')),
        version text,
        checksum text,
        duration_ms double precision,
        by text NOT NULL,
        detail text
      );
      CREATE INDEX ON plataforma.migration_events (module, id);
      CREATE TABLE plataforma.migration_snapshots (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        run bigint,
        module text NOT NULL,
        version text,
        hash text NOT NULL,
        snapshot jsonb NOT NULL
      );
      CREATE INDEX ON plataforma.migration_snapshots (module, id)`.execute(trx)
  },
]
