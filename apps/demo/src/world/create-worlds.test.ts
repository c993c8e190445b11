import { expect, test } from 'vitest'
import type { ModuleDefinition } from '../model/module-definition.js'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import { createWorlds } from './create-worlds.js'
import type { World } from './world.js'

const TODAY = new Date('2026-06-30T00:00:00Z')
const MODULES: readonly ModuleDefinition[] = Object.values(MODULE_DEFINITIONS)

function rowsOf(world: World): object[][] {
  return MODULES.flatMap(({ rows }) => Object.values<object[]>(rows(world)))
}

test('50 tenants have at least 200,000 rows, and the largest about seven times the smallest', () => {
  const sizes = createWorlds(50, 2026, TODAY).map((world) =>
    rowsOf(world).reduce((total, rows) => total + rows.length, 0),
  )
  const total = sizes.reduce((sum, size) => sum + size, 0)
  expect(total).toBeGreaterThan(200_000)
  expect(total).toBeLessThan(240_000)
  expect(Math.max(...sizes) / Math.min(...sizes)).toBeGreaterThan(5)
})

test('the same seed and day give the same rows, another seed gives others', () => {
  const rows = (seed: number) => createWorlds(2, seed, TODAY).map(rowsOf)
  expect(rows(1)).toEqual(rows(1))
  expect(rows(1)).not.toEqual(rows(2))
})
