import { setTimeout } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'
import { toPlataformaError } from '../error/from-database-error.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { withData } from '../error/with-data.js'
import { featureIsOn } from '../module/feature.js'
import type { ColumnDefinition } from './column-definition.js'
import { createTableStatements, type ResolvedTable } from './create-table-statements.js'
import { defineTable } from './define-table.js'
import { expressionTexts } from './expression-texts.js'
import { checkIdentifier } from './identifier.js'
import { readTables } from './read-tables.js'
import { resolveForeignKeys } from './resolve-foreign-keys.js'
import { resolveTypes } from './resolve-types.js'
import type { TableDefinition } from './table-definition.js'
import { describeTable } from './table-description.js'
import { tableDifferences } from './table-differences.js'
import type { OwnerTransaction, TableHost } from './table-host.js'
import type { TableInfo } from './table-info.js'
import type { TableOptions } from './table-options.js'

/** Another process made the same table, type or role at the same moment. */
const RACES: ReadonlySet<string> = new Set(['23505', '42P07', '42710', 'XX000', '40P01'])
const ATTEMPTS = 8

/** Creates and drops the tables of a module. */
export class ModuleTables {
  readonly #host: TableHost
  #uuidFunction: string | undefined

  constructor(host: TableHost) {
    this.#host = host
  }

  /**
   * Creates the table, or does nothing where an equal one exists. Safe while other processes
   * create the same table.
   * @throws PlataformaError `PLT_TABLE_DIFFERS` and those of a definition
   */
  async create(
    name: string,
    columns: readonly ColumnDefinition[],
    options: TableOptions,
  ): Promise<void> {
    const { module, schema, tenantColumn } = this.#host
    try {
      const written = defineTable({ module, schema, name, columns, options, tenantColumn })
      const definition = await this.#host.tableDefined(this.#withFeatures(written))
      await this.#retried(name, async () => {
        const tables = await this.#read(definition)
        await this.#host.asOwner((trx) => this.#createIn(trx, definition, tables))
      })
    } catch (error) {
      throw error instanceof PlataformaError ? withData(error, { module, table: name }) : error
    }
    await this.#host.tableChanged(name)
  }

  async has(name: string): Promise<boolean> {
    return (await this.#host.findTable(name)) !== undefined
  }

  /** @throws PlataformaError `PLT_TABLE_NOT_FOUND` unless `ifExists` */
  async drop(
    name: string,
    { ifExists = false, cascade = false }: { ifExists?: boolean; cascade?: boolean },
  ): Promise<void> {
    const table = sql.id(this.#host.schema, checkIdentifier('table', name))
    const condition = ifExists ? sql`if exists ` : sql``
    const behaviour = cascade ? sql` cascade` : sql``
    try {
      await this.#host.asOwner((trx) =>
        sql`drop table ${condition}${table}${behaviour}`.execute(trx),
      )
    } catch (error) {
      throw toPlataformaError(error, { module: this.#host.module, table: name })
    } finally {
      await this.#host.tableChanged(name, { others: cascade })
    }
  }

  /**
   * The table and those that it references. Read before the transaction: whatever changes until the
   * statements of the new table are sent makes them fail, and a table that was made is found then.
   */
  #read({ schema, name, foreignKeys }: TableDefinition): Promise<Map<string, TableInfo>> {
    const referenced = foreignKeys.map((key) => key.table)
    return readTables(schema, [name, ...referenced], this.#host.readCatalog)
  }

  /** Options whose feature is switched off are left out; without its package they are refused. */
  #withFeatures(definition: TableDefinition): TableDefinition {
    const { features } = this.#host
    const subject = `table "${definition.name}"`
    const audit =
      definition.audit && featureIsOn(features, 'audit', { option: 'enableAudit', subject })
    if (definition.partitioning !== undefined) {
      featureIsOn(features, 'partition', { option: 'partitioning', subject })
    }
    return { ...definition, audit }
  }

  async #createIn(
    trx: OwnerTransaction,
    definition: TableDefinition,
    tables: ReadonlyMap<string, TableInfo>,
  ): Promise<void> {
    const resolved: ResolvedTable = {
      definition,
      types: await resolveTypes(definition.columns, trx),
      foreignKeys: resolveForeignKeys(definition, tables),
      uuidDefault: await this.#uuidDefault(definition, trx),
    }
    const info = tables.get(definition.name)
    if (info === undefined) {
      await runTogether(createTableStatements(resolved), trx)
    } else {
      await this.#compare(trx, resolved, info)
    }
    await this.#host.ensureTable(definition, trx, { created: info === undefined })
  }

  /** Asked once: version 7 came with PostgreSQL 18. */
  async #uuidDefault(definition: TableDefinition, trx: OwnerTransaction): Promise<string> {
    if (!definition.columns.some((column) => column.default === 'uuid')) return ''
    this.#uuidFunction ??= await serverUuidFunction(trx)
    return this.#uuidFunction
  }

  async #compare(trx: OwnerTransaction, wanted: ResolvedTable, info: TableInfo): Promise<void> {
    const { definition } = wanted
    const description = await describeTable(definition, trx)
    if (description === undefined) return
    const texts = await expressionTexts(wanted, description, trx)
    const differences = tableDifferences(wanted, { info, description, texts })
    if (differences.length === 0) return
    const list = differences.map(
      ({ subject, expected, actual }) => `${subject} (expected ${expected}, found ${actual})`,
    )
    throw new PlataformaError(
      'PLT_TABLE_DIFFERS',
      `Table "${definition.name}" exists with another definition: ${list.join('; ')}.`,
      {
        remedy: 'Alter the table in `asOwner`, or change the definition to what exists.',
        module: definition.module,
        table: definition.name,
        details: { differences },
      },
    )
  }

  async #retried(table: string, run: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await run()
        return
      } catch (cause) {
        const error = toPlataformaError(cause, { module: this.#host.module, table })
        const state = error instanceof PlataformaError ? error.sqlState : undefined
        if (attempt === ATTEMPTS || !RACES.has(state ?? '')) throw error
        await setTimeout(Math.random() * 20 * attempt)
      }
    }
  }
}

/** In one round trip, unless an expression holds a semicolon, which might end a statement there. */
async function runTogether(
  statements: readonly RawBuilder<unknown>[],
  trx: OwnerTransaction,
): Promise<void> {
  const texts = statements.map((statement) => statement.compile(trx).sql)
  if (texts.some((text) => text.includes(';'))) {
    for (const text of texts) await sql.raw(text).execute(trx)
  } else {
    await sql.raw(texts.join(';\n')).execute(trx)
  }
}

async function serverUuidFunction(trx: OwnerTransaction): Promise<string> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int as version`.execute(trx)
  return (rows[0]?.version ?? 0) >= 180_000 ? 'uuidv7()' : 'gen_random_uuid()'
}
