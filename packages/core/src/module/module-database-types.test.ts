import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import { sql } from 'kysely'
import { describe, expectTypeOf, test } from 'vitest'
import type { ColumnDefinition } from '../table/column-definition.js'
import type { ModuleDatabase } from './module-database.js'

interface VendasTables {
  clientes: {
    id: Generated<string>
    organization_id: Generated<string>
    nome: string
    email: string | null
    tags: Generated<string[]>
    perfil: ColumnType<{ idade: number }, { idade: number } | undefined, { idade: number }>
    ativo: Generated<boolean>
    created_at: ColumnType<Date, Date | string | undefined, Date | string>
    numero: GeneratedAlways<number>
  }
  pedidos: {
    id: Generated<string>
    organization_id: Generated<string>
    cliente_id: string
    estado: Generated<'novo' | 'pago'>
    valor_total: ColumnType<string, string | number, string | number>
  }
}

interface Cliente {
  id: string
  organization_id: string
  nome: string
  email: string
}

/** Compiled, never run. */
declare const vendas: ModuleDatabase<VendasTables>
declare const untyped: ModuleDatabase

type Compiled = () => unknown
const compiles = (_: Compiled): void => undefined

describe('with generated row types', () => {
  test('reads have the columns that are asked for', () => {
    compiles(async () => {
      const all = await vendas.select('clientes')
      expectTypeOf(all[0]?.created_at).toEqualTypeOf<Date | undefined>()
      const [row] = await vendas.select('clientes', { columns: ['id', 'email'] })
      expectTypeOf(row).toEqualTypeOf<{ id: string; email: string | null } | undefined>()
      const page = await vendas.page('pedidos', { limit: 5, columns: ['estado'] })
      expectTypeOf(page.rows).toEqualTypeOf<{ estado: 'novo' | 'pago' }[]>()
      for await (const one of vendas.stream('pedidos', { columns: ['id'] })) {
        expectTypeOf(one).toEqualTypeOf<{ id: string }>()
      }
      expectTypeOf(
        await vendas.count('pedidos', { where: { estado: 'pago' } }),
      ).toEqualTypeOf<number>()
      const built = await vendas
        .from('clientes')
        .where({ nome: { $like: 'a%' } })
        .orderBy('nome', 'desc')
        .columns(['nome'])
        .execute()
      expectTypeOf(built).toEqualTypeOf<{ nome: string }[]>()
      const joined = await vendas
        .from('pedidos')
        .columns(['id'])
        .toKysely()
        .innerJoin('clientes', 'clientes.id', 'pedidos.cliente_id')
        .select('clientes.nome')
        .execute()
      expectTypeOf(joined).toEqualTypeOf<{ id: string; nome: string }[]>()
      const kysely = await vendas.db.selectFrom('clientes').select('nome').execute()
      expectTypeOf(kysely).toEqualTypeOf<{ nome: string }[]>()
    })
  })

  test('writes give rows, or numbers', () => {
    compiles(async () => {
      const rows = await vendas.insert('clientes', [{ nome: 'a' }, { nome: 'b', email: null }])
      expectTypeOf(rows[0]?.perfil).toEqualTypeOf<{ idade: number } | undefined>()
      const some = await vendas.insert('clientes', [{ nome: 'a' }], { returning: ['id'] })
      expectTypeOf(some).toEqualTypeOf<{ id: string }[]>()
      const none = await vendas.insert('clientes', [{ nome: 'a' }], { returning: false })
      expectTypeOf(none).toEqualTypeOf<{ readonly affectedRows: number }>()
      const changed = await vendas.update('pedidos', { estado: 'pago' }, { where: { id: 'x' } })
      expectTypeOf(changed.affectedRows).toEqualTypeOf<number>()
      const given = await vendas.update(
        'pedidos',
        { valor_total: sql`valor_total + 1` },
        { where: { valor_total: { $gt: 5 } }, returning: ['valor_total'] },
      )
      expectTypeOf(given).toEqualTypeOf<{ valor_total: string }[]>()
      const gone = await vendas.delete('pedidos', { all: true, returning: true })
      expectTypeOf(gone[0]?.estado).toEqualTypeOf<'novo' | 'pago' | undefined>()
      const upserted = await vendas.upsert('clientes', [{ nome: 'a' }], {
        conflict: ['nome'],
        returning: ['nome'],
      })
      expectTypeOf(upserted).toEqualTypeOf<{ nome: string }[]>()
    })
  })

  test('the transaction has the same verbs and types', () => {
    compiles(() =>
      vendas.transaction(async (tx) => {
        const [row] = await tx.insert('pedidos', [{ cliente_id: 'a', valor_total: 1 }])
        expectTypeOf(row?.valor_total).toEqualTypeOf<string | undefined>()
        // @ts-expect-error: no such column
        await tx.select('pedidos', { where: { valor: 1 } })
        return row
      }),
    )
  })

  test('wrong tables, columns, operators and values do not compile', () => {
    compiles(() => [
      // @ts-expect-error: no such table
      vendas.select('cliente'),
      // @ts-expect-error: no such table
      vendas.insert('cliente', []),
      // @ts-expect-error: no such table
      vendas.count('cliente'),
      // @ts-expect-error: no such table
      vendas.from('cliente'),
      // @ts-expect-error: no such column
      vendas.select('clientes', { columns: ['nom'] }),
      // @ts-expect-error: no such column
      vendas.select('clientes', { where: { nom: 'a' } }),
      // @ts-expect-error: no such column
      vendas.select('clientes', { orderBy: [{ column: 'nom' }] }),
      // @ts-expect-error: no such column deep inside
      vendas.select('clientes', { where: { $or: [{ $and: [{ nom: 'a' }] }] } }),
      // @ts-expect-error: no such column
      vendas.from('clientes').where({ nom: 'a' }),
      // @ts-expect-error: no such column
      vendas.insert('clientes', [{ nome: 'a', nom: 'b' }]),
      // @ts-expect-error: a column without default is missing
      vendas.insert('clientes', [{ email: 'a' }]),
      // @ts-expect-error: always generated
      vendas.insert('clientes', [{ nome: 'a', numero: 1 }]),
      // @ts-expect-error: always generated
      vendas.update('clientes', { numero: 1 }, { all: true }),
      // @ts-expect-error: no such column
      vendas.insert('clientes', [{ nome: 'a' }], { returning: ['nom'] }),
      // @ts-expect-error: no such column
      vendas.upsert('clientes', [{ nome: 'a' }], { conflict: ['nom'] }),
      // @ts-expect-error: no such operator
      vendas.select('clientes', { where: { nome: { $gtt: 'a' } } }),
      // @ts-expect-error: text operator on a flag
      vendas.select('clientes', { where: { ativo: { $like: 'a' } } }),
      // @ts-expect-error: text operator on a date
      vendas.select('clientes', { where: { created_at: { $ilike: 'a' } } }),
      // @ts-expect-error: text operator on a decimal
      vendas.select('pedidos', { where: { valor_total: { $like: '1%' } } }),
      // @ts-expect-error: array operator on text
      vendas.select('clientes', { where: { nome: { $overlaps: ['a'] } } }),
      // @ts-expect-error: order of flags
      vendas.select('clientes', { where: { ativo: { $gt: true } } }),
      // @ts-expect-error: a number for text
      vendas.select('clientes', { where: { nome: 1 } }),
      // @ts-expect-error: text for a flag
      vendas.select('clientes', { where: { ativo: { $eq: 'sim' } } }),
      // @ts-expect-error: a number for a date
      vendas.select('clientes', { where: { created_at: { $between: [1, 2] } } }),
      // @ts-expect-error: three bounds
      vendas.select('pedidos', { where: { valor_total: { $between: [1, 2, 3] } } }),
      // @ts-expect-error: no such label
      vendas.select('pedidos', { where: { estado: { $in: ['novo', 'velho'] } } }),
      // @ts-expect-error: no such label
      vendas.update('pedidos', { estado: 'velho' }, { all: true }),
      // @ts-expect-error: NULL in a column that is not nullable
      vendas.insert('clientes', [{ nome: null }]),
      // @ts-expect-error: which rows?
      vendas.update('pedidos', { estado: 'pago' }),
      // @ts-expect-error: which rows?
      vendas.delete('pedidos', {}),
      // @ts-expect-error: a filter and all
      vendas.delete('pedidos', { where: { id: 'a' }, all: true }),
      // @ts-expect-error: no number of rows without returning: false
      vendas.insert('clientes', [{ nome: 'a' }]).then((result) => result.affectedRows),
      // @ts-expect-error: a page has a size
      vendas.page('clientes', {}),
    ])
  })

  test('filters take every operator that fits', () => {
    compiles(() =>
      vendas.select('clientes', {
        where: {
          id: { $in: ['a', null], $nin: [] },
          nome: { $like: 'a%', $ilike: '%b', $gt: 'a', $not: { $like: 'x' } },
          email: { $ne: null, $isNull: false },
          tags: { $contains: ['a'], $containedBy: [], $overlaps: ['b'] },
          perfil: { $contains: { idade: 1 } },
          ativo: true,
          created_at: { $gte: new Date(), $lt: '2024-01-01' },
          $and: [{ $or: [{ nome: 'a' }, { numero: { $lte: 5 } }] }],
          $not: { email: null },
        },
      }),
    )
  })
})

describe('with types by hand', () => {
  test('the seed’s calls compile, on typed and untyped modules', () => {
    compiles(async () => {
      {
        const module = untyped
        const inserted = await module.insert<Cliente>('clientes', [
          { organization_id: 'org-123', nome: 'João Silva', email: 'joao@email.com' },
        ])
        expectTypeOf(inserted).toEqualTypeOf<Pick<Cliente, keyof Cliente>[]>()
        const found = await module.select<Cliente>('clientes', {
          where: { nome: { $ilike: '%silva%' }, email: { $ne: null } },
          orderBy: [{ column: 'nome', direction: 'ASC' }],
          limit: 10,
          cache: true,
          cacheTTL: 300,
        })
        expectTypeOf(found[0]?.nome).toEqualTypeOf<string | undefined>()
        const updated = await module.update<Cliente>(
          'clientes',
          { email: 'novo@email.com' },
          { where: { id: 'cliente-123' }, returning: ['id', 'email'] },
        )
        expectTypeOf(updated[0]?.email).toEqualTypeOf<string | undefined>()
        const { affectedRows } = await module.delete<Cliente>('clientes', { where: { id: 'x' } })
        expectTypeOf(affectedRows).toEqualTypeOf<number>()
        const none = await module.insert<Cliente>('clientes', [], { returning: false })
        expectTypeOf(none.affectedRows).toEqualTypeOf<number>()
        const narrowed = await module.select<Cliente, 'id'>('clientes', { columns: ['id'] })
        expectTypeOf(narrowed).toEqualTypeOf<{ id: string }[]>()
        const total = await module.query<{ total: string }>('select 1 as total', [new Date()])
        expectTypeOf(total).toEqualTypeOf<{ total: string }[]>()
        await module.upsert<Cliente>('clientes', [{ nome: 'a' }], { conflict: ['email'] })
        await module.from<Cliente>('clientes').where({ nome: 'a' }).execute()
      }
      const [mine] = await vendas.insert<Cliente>('outra', [{ nome: 'João Silva' }])
      expectTypeOf(mine?.email).toEqualTypeOf<string | undefined>()
      await vendas.select<Cliente>('outra', { where: { email: { $ne: null } } })
      await vendas.update<Cliente>('outra', { nome: 'a' }, { where: { id: 'x' } })
      const columns: ColumnDefinition[] = [{ name: 'id', type: 'UUID', primaryKey: true }]
      await untyped.createTable('pedidos', columns, {
        enableRLS: true,
        enableAudit: true,
        partitioning: 'date',
        tenantColumn: 'organization_id',
      })
      const widened = [{ name: 'id', type: 'UUID', primaryKey: true, unique: true }]
      await untyped.createTable('pedidos', widened)
      const result = await untyped.database.cacheQuery('k', async () => 1, { ttl: 1, tags: ['a'] })
      expectTypeOf(result).toEqualTypeOf<number>()
    })
  })

  test('what does not fit the type by hand does not compile', () => {
    compiles(() => [
      // @ts-expect-error: no such column
      untyped.insert<Cliente>('clientes', [{ nom: 'a' }]),
      // @ts-expect-error: a number for text
      untyped.insert<Cliente>('clientes', [{ nome: 1 }]),
      // @ts-expect-error: no such column
      untyped.select<Cliente>('clientes', { where: { nom: 'a' } }),
      // @ts-expect-error: no such operator
      untyped.select<Cliente>('clientes', { where: { nome: { $likes: 'a' } } }),
      // @ts-expect-error: a number for text
      untyped.update<Cliente>('clientes', { nome: 1 }, { all: true }),
      // @ts-expect-error: which rows?
      untyped.update<Cliente>('clientes', { nome: 'a' }),
      // @ts-expect-error: no such column
      untyped.update<Cliente>('clientes', { nome: 'a' }, { all: true, returning: ['nom'] }),
      // @ts-expect-error: no such type of a column
      untyped.createTable('a', [{ name: 'a', type: 'INT', unique: 'sim' }]),
    ])
  })

  test('without any type, rows are unknown values by name', () => {
    compiles(async () => {
      const rows = await untyped.insert('clientes', [{ nome: 'a' }])
      expectTypeOf(rows[0]?.nome).toEqualTypeOf<unknown>()
      await untyped.select('clientes', { where: { nome: { $like: 'a', $gt: 1 } } })
      await untyped.update('clientes', { nome: 'a' }, { where: { nome: 'b' } })
    })
  })
})
