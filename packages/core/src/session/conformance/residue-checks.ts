import assert from 'node:assert/strict'
import type { Session } from '../session.js'
import type { Checks } from './checks.js'
import type { Trial } from './trial.js'

/** One for each check that takes one: checks may run at the same time. */
const LOCKS = { settings: 7_301_515, anything: 7_301_516 } as const

/** Leaves something on a session, and looks what the next borrower finds. */
async function handedOn(
  trial: Trial,
  residue: 'settings' | 'anything',
  { leave, find }: { leave: string; find: (session: Session) => Promise<unknown> },
): Promise<unknown> {
  await trial.borrow(async (session) => {
    await session.script(leave)
    session.leaves(residue)
  })
  const next = await trial.acquire()
  return await find(next)
}

const locks = (trial: Trial, key: number) => async () => {
  const text = `select from pg_locks where locktype = 'advisory' and objid = $1
    and database = (select oid from pg_database where datname = current_database())`
  return (await trial.seen(text, [key])).length
}

/** What a borrower says it leaves is gone before the next one comes. */
export const residueChecks: Checks = {
  'resets the role': async (trial) => {
    const role = await handedOn(trial, 'settings', {
      leave: `select set_config('role', session_user, false)`,
      find: (session) => trial.setting(session, 'role'),
    })
    assert.equal(role, 'none', 'the role of the last borrower is still set')
  },

  'resets settings, those of the customer too': async (trial) => {
    await trial.borrow(async (session) => {
      await session.script(`set search_path = elsewhere; set plataforma.conformance = 'left';
        set default_transaction_read_only = on`)
      session.leaves('settings')
    })
    const next = await trial.acquire()
    for (const [name, left] of [
      ['search_path', 'elsewhere'],
      ['plataforma.conformance', 'left'],
      ['default_transaction_read_only', 'on'],
    ] as const) {
      assert.notEqual(await trial.setting(next, name), left, `${name} is still set`)
    }
  },

  'releases advisory locks with the settings': async (trial) => {
    const leave = `select pg_advisory_lock(${LOCKS.settings})`
    const held = await handedOn(trial, 'settings', { leave, find: locks(trial, LOCKS.settings) })
    assert.equal(held, 0, 'an advisory lock is still held')
  },

  'cleans up after a borrower whose transaction failed': async (trial) => {
    await trial.borrow(async (session) => {
      await session.script(`select set_config('role', session_user, false)`)
      await session.script('begin; select 1 / 0').catch(() => {})
      session.leaves('settings')
    })
    const role = await trial.setting(await trial.acquire(), 'role')
    assert.equal(role, 'none', 'the role of the last borrower is still set')
  },

  'drops prepared statements where anything may be left': async (trial) => {
    const left = await handedOn(trial, 'anything', {
      leave: 'prepare plataforma_conformance as select 1',
      find: (session) =>
        trial.rows(session, `select from pg_prepared_statements where name like 'plataforma_c%'`),
    })
    assert.deepEqual(left, [], 'a prepared statement survives')
  },

  'drops temporary tables and cursors where anything may be left': async (trial) => {
    const left = await handedOn(trial, 'anything', {
      leave: `create temp table plataforma_conformance (a int);
        declare plataforma_conformance cursor with hold for select 1`,
      find: async (session) => [
        ...(await trial.rows(
          session,
          `select to_regclass('pg_temp.plataforma_conformance') as t
          where to_regclass('pg_temp.plataforma_conformance') is not null`,
        )),
        ...(await trial.rows(
          session,
          `select name from pg_cursors where name like 'plataforma_c%'`,
        )),
      ],
    })
    assert.deepEqual(left, [], 'a temporary table or a cursor survives')
  },

  'releases advisory locks where anything may be left': async (trial) => {
    const leave = `select pg_advisory_lock(${LOCKS.anything})`
    const held = await handedOn(trial, 'anything', { leave, find: locks(trial, LOCKS.anything) })
    assert.equal(held, 0, 'an advisory lock is still held')
  },

  'stops listening where anything may be left': async (trial) => {
    const channels = await handedOn(trial, 'anything', {
      leave: 'listen plataforma_conformance',
      find: (session) => trial.rows(session, 'select pg_listening_channels() as channel'),
    })
    assert.deepEqual(channels, [], 'the session still listens')
  },

  'knows that its own prepared statements are gone, too': async (trial) => {
    const repeat = async (session: Session) => {
      for (const n of [1, 2, 3]) {
        assert.deepEqual(await trial.rows(session, 'select $1::int as n', [n]), [{ n }])
      }
      session.leaves('anything')
    }
    await trial.borrow(repeat)
    await trial.borrow(repeat)
    await trial.borrow(async (session) => {
      await session.script('begin')
      assert.deepEqual(await trial.rows(session, 'select $1::int as n', [4]), [{ n: 4 }])
    })
  },
}
