import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMINISTRATORS, administratorHandle, TestInstallation } from '../isolation.fixture.js'

describe.each(ADMINISTRATORS)('settings that weaken, as a %s administrator', (administrator) => {
  let installation: TestInstallation
  let superuser: ReturnType<typeof administratorHandle>

  beforeAll(async () => {
    installation = await TestInstallation.start({ administrator })
    const { database } = installation
    superuser = administratorHandle({ ...database, ...database.superuser }, 1)
  })

  afterAll(async () => {
    await superuser?.destroy()
    await installation?.close()
  })

  const found = async () =>
    (await installation.manager.inspectInstallation()).filter(({ id }) => id === 'standing-setting')

  const known = async (setting: string) => {
    const { rows } = await sql`select from pg_settings where name = ${setting}`.execute(superuser)
    return rows.length > 0
  }

  it('of the database and of roles are told, and mended by what is told', async () => {
    const { names, keyId, database } = installation
    const database_ = `database "${database.name}"`
    const login = `role "${names.systemLogin(keyId)}"`
    const set = "set session_replication_role = 'replica'"
    for (const where of [database_, login, `${login} in ${database_}`]) {
      await sql.raw(`alter ${where} ${set}`).execute(superuser)
    }
    const findings = await found()
    expect(findings.map(({ grade }) => grade)).toEqual(['error', 'error', 'error'])
    for (const finding of findings) {
      expect(finding.message).toContain('foreign keys')
      await sql.raw(finding.sql ?? '').execute(superuser)
    }
    expect(await found()).toEqual([])
  })

  it('include what refuses the view of the policies, where the server knows that', async () => {
    const name = 'restrict_nonsystem_relation_kind'
    if (!(await known(name))) return expect(await found()).toEqual([])
    const where = `database "${installation.database.name}"`
    await sql.raw(`alter ${where} set ${name} = 'foreign-table, view'`).execute(superuser)
    const [finding, second] = await found()
    expect([finding?.grade, second]).toEqual(['warning', undefined])
    await sql.raw(finding?.sql ?? '').execute(superuser)
    expect(await found()).toEqual([])
  })
})
