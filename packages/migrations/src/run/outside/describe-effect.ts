import type { OutsideEffect } from '../../script/migration-script.js'

/** What a statement outside of transactions does, for people. */
export function describeEffect(effect: OutsideEffect): string {
  switch (effect.kind) {
    case 'create-index':
      return `creates the index "${effect.index}" on ${named(effect.schema, effect.table)}`
    case 'drop-index':
      return `drops the index ${named(effect.schema, effect.index)}`
    case 'reindex':
      return `builds the ${effect.target} ${named(effect.schema, effect.name)} anew`
    case 'detach-partition': {
      const partition = named(effect.partitionSchema, effect.partition)
      return `detaches the partition ${partition} from ${named(effect.schema, effect.table)}`
    }
    case 'repeatable':
      return 'may be run any number of times'
    case 'unknown':
      return 'has an effect that cannot be told afterwards'
  }
}

function named(schema: string | undefined, name: string): string {
  return schema === undefined ? `"${name}"` : `"${schema}"."${name}"`
}
