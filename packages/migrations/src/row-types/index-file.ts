import { byCodeUnits } from './code-unit-order.js'
import { TABLES } from './module-file.js'
import type { RowTypeModule } from './row-type-options.js'

const META_PACKAGE = '@plataforma/database-system'

/** No module is called so, because of the hyphen. */
const FILE_OF_INDEX = 'index-module'

/** The name of a module's file, without extension: `index.ts` is the index. */
export function fileOf(module: string): string {
  return module === 'index' ? FILE_OF_INDEX : module
}

/** The text of `index.ts`, without its header. */
export function indexFile(modules: readonly RowTypeModule[], register: boolean): string {
  const names = modules.map(({ module }) => module).sort(byCodeUnits)
  const imports = names.map(
    (name) => `import type { ${TABLES} as ${alias(name)} } from "./${fileOf(name)}.js";\n`,
  )
  const properties = names.map((name) => `  ${name}: ${alias(name)};\n`)
  const parts = [
    imports.join(''),
    `/** The tables of each module, for \`createPlatformaDatabaseSystem<Modules>()\`. */
export interface Modules {${properties.length === 0 ? '' : `\n${properties.join('')}`}}\n`,
  ]
  if (register) {
    parts[0] = `import type {} from "${META_PACKAGE}";\n${parts[0]}`
    parts.push(
      `declare module "${META_PACKAGE}" {\n  interface Register {\n    modules: Modules;\n  }\n}\n`,
    )
  }
  return parts.filter((part) => part !== '').join('\n')
}

/** Module names have letters, digits and `_` only. */
function alias(module: string): string {
  return `${TABLES}_${module}`
}
