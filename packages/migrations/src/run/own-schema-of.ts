import type { Engine } from './engine.js'

/** The schema that a module is, where somebody else makes and keeps it. */
export function ownSchemaOf(
  { ground }: Pick<Engine, 'ground'>,
  { module }: { readonly module: string },
): string | undefined {
  return ground.isIsolated ? ground.schemaOf(module) : undefined
}
