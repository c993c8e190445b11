import { upgradeSchema } from '@plataforma/core'
import type { Kysely } from 'kysely'
import { REGISTRY_STEPS } from './registry-steps.js'

/** The version of the registry that this package writes. */
export const REGISTRY_VERSION = REGISTRY_STEPS.length

/** Makes or upgrades the registry; repeatable, and safe in many processes at once. */
export async function prepareRegistry(db: Kysely<unknown>): Promise<void> {
  await upgradeSchema(db, { package: 'migrations', steps: REGISTRY_STEPS })
}
