import { PlataformaError } from '../error/plataforma-error.js'
import type { DatabasePlugin } from './plugin.js'

const NAME = /^[a-z][a-zA-Z0-9]*$/

/**
 * The plugins in an order in which each comes after what it names; otherwise as they were listed.
 * @throws PlataformaError `PLT_PLUGIN_INVALID` for a bad or duplicate name, or a cycle
 */
export function orderPlugins<Plugin extends DatabasePlugin>(
  plugins: readonly Plugin[],
  reserved: ReadonlySet<string> = new Set(),
): readonly Plugin[] {
  const byName = new Map<string, Plugin>()
  for (const plugin of plugins) {
    if (!NAME.test(plugin.name))
      invalid(`"${plugin.name}" is no plugin name`, 'Use a camelCase word.')
    if (reserved.has(plugin.name)) {
      invalid(
        `"${plugin.name}" is a member of the database itself`,
        'Give the plugin another name.',
      )
    }
    if (byName.has(plugin.name))
      invalid(`"${plugin.name}" is listed twice`, 'List each plugin once.')
    byName.set(plugin.name, plugin)
  }
  const ordered: Plugin[] = []
  const state = new Map<string, 'visiting' | 'done'>()
  const visit = (plugin: Plugin, path: readonly string[]): void => {
    const seen = state.get(plugin.name)
    if (seen === 'done') return
    if (seen === 'visiting') {
      invalid(
        `a cycle: ${[...path, plugin.name].join(' → ')}`,
        'Take one `after` out of the cycle.',
      )
    }
    state.set(plugin.name, 'visiting')
    for (const name of plugin.after ?? []) {
      const earlier = byName.get(name)
      if (earlier !== undefined) visit(earlier, [...path, plugin.name])
    }
    state.set(plugin.name, 'done')
    ordered.push(plugin)
  }
  for (const plugin of plugins) visit(plugin, [])
  return ordered
}

function invalid(what: string, remedy: string): never {
  throw new PlataformaError('PLT_PLUGIN_INVALID', `The plugins cannot be composed: ${what}.`, {
    remedy,
  })
}
