import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { CompiledQuery } from 'kysely'
import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { NOBODY } from '../context/acting.js'
import type { SendOptions } from '../scope/routed-statement.js'
import type { Scope } from '../scope/scope.js'
import { StatementWay } from '../scope/statement-way.js'
import { PgPoolSessionSource } from '../session/pg-pool-session-source.js'
import { type Moments, NO_MOMENTS } from '../statement/moments.js'
import { TransactionScope } from './transaction-scope.js'
import { TransactionSession } from './transaction-session.js'

export const PLAIN: Scope = {
  module: undefined,
  identity: { kind: 'administrator' },
  purpose: 'admin',
  acting: NOBODY,
  head: undefined,
}

export const APPLICATION: Scope = { ...PLAIN, identity: { kind: 'application' } }

const circular: Record<string, unknown> = {}
circular.self = circular
/** A value that no statement can be sent with. */
export const UNSENDABLE = { values: [circular] }

export interface Work {
  readonly way: StatementWay
  readonly source: PgPoolSessionSource
  begin(scope?: Scope): TransactionScope
  run(
    transaction: TransactionScope | undefined,
    text: string,
    options?: SendOptions & { values?: readonly unknown[]; scope?: Scope },
  ): Promise<Record<string, unknown>[]>
}

/** A database for transactions by hand, and somebody outside who sees what becomes of them. */
export class TransactionTrial implements AsyncDisposable {
  readonly database: TestDatabase
  readonly observer: pg.Client
  events: string[] = []

  private constructor(database: TestDatabase, observer: pg.Client) {
    this.database = database
    this.observer = observer
  }

  static async start(): Promise<TransactionTrial> {
    const database = await testDatabase({ administrator: 'restricted' })
    const observer = new pg.Client(database.superuser.connectionString)
    await observer.connect()
    await observer.query(`
      create role ${database.name}_one; create role ${database.name}_other;
      grant ${database.name}_one, ${database.name}_other to ${database.administrator.user};
      create table pet (id int primary key, name text);
      create table toy (id int, pet int references pet deferrable initially deferred);
      grant all on pet, toy to public;
      revoke execute on function pg_current_wal_insert_lsn() from public;
      create function slow() returns trigger language plpgsql as $$
        begin perform pg_sleep(60); return null; end $$;
      create table slow_to_commit (id int);
      grant all on slow_to_commit to public;
      create constraint trigger slow after insert on slow_to_commit initially deferred
        for each row execute function slow()`)
    return new TransactionTrial(database, observer)
  }

  async reset(): Promise<void> {
    this.events = []
    await this.observer.query('delete from toy; delete from pet')
  }

  under(role: string): Scope {
    const name = `${this.database.name}_${role}`
    return {
      ...APPLICATION,
      head: { key: role, role: name, searchPath: 'public', token: () => '' },
    }
  }

  work(options: { url?: string; moments?: Partial<Moments> } = {}): Work {
    const connectionString = options.url ?? this.database.connectionString
    const logins = { loginOf: () => ({ key: 'a', config: { connectionString } }) }
    const source = new PgPoolSessionSource({ logins, max: 1, closeTimeoutMs: 200 })
    onTestFinished(() => source.close())
    const moments = options.moments && { ...NO_MOMENTS, ...options.moments }
    const judge = { isRaw: () => false, residueOf: () => 'none' as const }
    const way = new StatementWay({ sessions: source, judge, moments })
    return {
      way,
      source,
      begin: (scope = PLAIN) =>
        new TransactionScope(new TransactionSession(way, scope, { settings: {} }), scope.acting),
      run: async (carrier, text, { values = [], scope = PLAIN, ...rest } = {}) => {
        const query = CompiledQuery.raw(text, [...values])
        const { rows, portions } = await way.send(scope, query, { carrier, ...rest })
        const streamed: Record<string, unknown>[] = []
        for await (const portion of portions ?? []) streamed.push(...portion)
        return portions === undefined ? rows : streamed
      },
    }
  }

  /** Listeners that tell `events` of each moment. */
  noting(): Partial<Moments> {
    const note = (event: string) => void this.events.push(event)
    return {
      committing: [() => note('committing')],
      committed: [({ tables }) => note(`committed ${tables.map(({ table }) => table)}`)],
      rolledBack: [() => note('rolled back')],
      outcomeUnknown: [() => note('unknown')],
    }
  }

  /** Of the pets that were committed. */
  async ids(): Promise<number[]> {
    const { rows } = await this.observer.query<{ id: number }>('select id from pet order by id')
    return rows.map(({ id }) => id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.observer.end()
    await this.database.drop()
  }
}

export const insert = (id: number) => `insert into pet values (${id}, null)`

export const isFree = (source: PgPoolSessionSource) =>
  expect.poll(() => source.stats()).toMatchObject({ active: 0, waiting: 0 })
