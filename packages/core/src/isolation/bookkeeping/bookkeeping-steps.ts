import { sql, type Transaction } from 'kysely'

/** The versions of this package's own tables in schema `plataforma`. */
export const BOOKKEEPING_STEPS: readonly ((trx: Transaction<unknown>) => Promise<void>)[] = [
  async (trx) => {
    await sql`REVOKE ALL ON SCHEMA plataforma FROM PUBLIC`.execute(trx)
    // Modules name plataforma.tenant_id() in their SQL; the tables are granted to nobody.
    await sql`GRANT USAGE ON SCHEMA plataforma TO PUBLIC`.execute(trx)
    await sql`
      CREATE TABLE plataforma.settings (
        id boolean PRIMARY KEY DEFAULT true CHECK (id),
        role_prefix text NOT NULL,
        installed_at timestamptz NOT NULL DEFAULT now()
      )`.execute(trx)
    await sql`
      CREATE TABLE plataforma.modules (
        name text PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now()
      )`.execute(trx)
    await sql`
      CREATE TABLE plataforma.tables (
        module text NOT NULL REFERENCES plataforma.modules ON DELETE CASCADE,
        name text NOT NULL,
        tenant_column text,
        tenant_type text,
        rls boolean NOT NULL DEFAULT false,
        definition jsonb,
        wishes jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (module, name)
      )`.execute(trx)
    await sql`
      CREATE TABLE plataforma.doors (
        from_module text NOT NULL REFERENCES plataforma.modules ON DELETE CASCADE,
        to_module text NOT NULL REFERENCES plataforma.modules ON DELETE CASCADE,
        table_name text NOT NULL,
        privileges text[] NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (from_module, to_module, table_name)
      )`.execute(trx)
    await sql`
      CREATE TABLE plataforma.system_access (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        reason text NOT NULL,
        module text,
        user_id text,
        request_id text,
        details jsonb
      )`.execute(trx)
    await sql`CREATE INDEX ON plataforma.system_access (at)`.execute(trx)
  },
  async (trx) => {
    await sql`ALTER TABLE plataforma.tables ADD COLUMN recipe text, ADD COLUMN standing text`.execute(
      trx,
    )
  },
]
