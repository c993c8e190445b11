import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { A, B, GRADES, Setting } from './setting.js'

/** Constraint triggers that wait for COMMIT see names of their own module, under its role. */
describe.each(GRADES)('what a transaction across modules defers, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await Setting.open(grade)
    for (const name of ['vendas', 'estoque', 'fiscal']) {
      const module = await setting.database.createModule(name)
      for (const table of ['itens', 'vistos']) {
        await module.createTable(table, [
          { name: 'id', type: 'BIGINT', primaryKey: true },
          { name: 'organization_id', type: 'UUID' },
          { name: 'nome', type: 'TEXT' },
        ])
      }
      await setting.asAuthor(
        `create function conferir() returns trigger language plpgsql as $f$ begin
          insert into vistos (id, organization_id, nome)
            values (new.id, new.organization_id, '${name} ' || current_user);
          if not exists (select from itens where id = new.id + 1) and new.nome = 'par' then
            raise exception 'sem par' using errcode = '23514';
          end if;
          return null;
        end $f$;
        create constraint trigger conferir after insert on itens
          deferrable initially deferred for each row execute function conferir();
        create constraint trigger "Já! conferir" after update on itens
          deferrable initially immediate for each row execute function conferir();
        create table filhos (id bigint primary key,
          pai bigint references filhos deferrable initially deferred, organization_id uuid)`,
        name,
      )
    }
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  beforeEach(async () => {
    for (const name of ['vendas', 'estoque', 'fiscal']) {
      await setting.truth(`truncate module_${name}.itens, module_${name}.vistos`)
    }
  })

  const seen = (module: string) =>
    setting.truth(`select id, nome, organization_id as tenant from module_${module}.vistos`)

  it('is checked under each module’s own role, in its own schema', async () => {
    await setting.as(A, () =>
      setting.database.transaction(async (tx) => {
        await tx.module('vendas').insert('itens', [{ id: 1, nome: 'par' }])
        await tx.module('estoque').query("insert into itens (id, nome) values (5, 'x')")
        await tx.module('vendas').insert('itens', [{ id: 2, nome: 'x' }])
        await tx.module('fiscal').count('itens')
      }),
    )
    const who = (module: string) => `${module} ${setting.names.runtime(module)}`
    expect(await seen('vendas')).toEqual([
      { id: '1', nome: who('vendas'), tenant: A },
      { id: '2', nome: who('vendas'), tenant: A },
    ])
    expect(await seen('estoque')).toEqual([{ id: '5', nome: who('estoque'), tenant: A }])
    expect(await seen('fiscal')).toEqual([])
  })

  it('is checked in each module’s own schema for the system, too', async () => {
    await setting.database.asSystem({ reason: 'a test' }, () =>
      setting.database.transaction(async (tx) => {
        for (const name of ['vendas', 'estoque']) {
          await tx.module(name).insert('itens', [{ id: 1, organization_id: B, nome: 'x' }])
        }
      }),
    )
    for (const name of ['vendas', 'estoque']) {
      const nome = `${name} ${setting.names.system}`
      expect(await seen(name)).toEqual([{ id: '1', nome, tenant: B }])
    }
  })

  it('fails the transaction as a whole, and the next one works', async () => {
    const work = (nome: string) =>
      setting.as(A, () =>
        setting.database.transaction(async (tx) => {
          await tx.module('vendas').insert('itens', [{ id: 1, nome }])
          await tx.module('estoque').insert('itens', [{ id: 1, nome: 'x' }])
        }),
      )
    await expect(work('par')).rejects.toMatchObject({ code: 'PLT_CHECK_VIOLATION' })
    for (const name of ['vendas', 'estoque']) {
      expect(await setting.truth(`select from module_${name}.itens`)).toEqual([])
    }
    await work('x')
    expect(await seen('vendas')).toHaveLength(1)
  })

  it('waits for the end: references that are met only after another module’s turn', async () => {
    const work = (meet: boolean) =>
      setting.as(A, () =>
        setting.database.transaction(async (tx) => {
          await tx.module('vendas').insert('filhos', [{ id: 1, pai: 2 }])
          await tx.module('estoque').insert('itens', [{ id: 1, nome: 'x' }])
          if (meet) await tx.module('vendas').insert('filhos', [{ id: 2 }])
        }),
      )
    await expect(work(false)).rejects.toMatchObject({ code: 'PLT_FOREIGN_KEY_VIOLATION' })
    await work(true)
    expect(await setting.truth('select from module_vendas.filhos')).toHaveLength(2)
  })
})
