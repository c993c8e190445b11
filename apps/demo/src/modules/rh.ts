import { defineModule } from '../model/module-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'

const DEPARTMENTS = ['Vendas', 'Logística', 'Financeiro', 'Tecnologia', 'Atendimento']
const JOBS = ['Assistente', 'Analista', 'Coordenador', 'Gerente']
const WORKING_DAYS = 8
const HOUR_MS = 3_600_000

export const rh = defineModule<'rh'>({
  name: 'rh',
  rows: ({ employees, random, today }) => {
    const departments = DEPARTMENTS.map((nome) => ({ id: random.uuid(today), nome }))
    return {
      departamentos: departments,
      funcionarios: employees.map(({ id, name, email, cpf, since }) => ({
        id,
        departamento_id: random.pick(departments).id,
        nome: name,
        email,
        cpf,
        cargo: random.pickPopular(JOBS),
        salario: money(random.integer(220_000, 1_800_000)),
        admissao: isoDate(since),
        created_at: since,
      })),
      batidas: employees.flatMap(({ id }) =>
        Array.from({ length: WORKING_DAYS }, (_, back) => {
          const morning = today.getTime() - (back + 1) * 24 * HOUR_MS + 11 * HOUR_MS
          const came = new Date(morning + random.integer(0, 3_000) * 1000)
          const left = new Date(came.getTime() + 8 * HOUR_MS + random.integer(0, 4_000) * 1000)
          return [
            { funcionario_id: id, momento: came, entrada: true },
            { funcionario_id: id, momento: left, entrada: false },
          ]
        }).flat(),
      ),
    }
  },

  operations: [
    {
      name: 'punch the time clock',
      weight: 2,
      run: async ({ modules: { rh }, world: { random, employees } }) => {
        const punch = { momento: new Date(), entrada: random.chance(0.5) }
        await rh.upsert('batidas', [{ funcionario_id: random.pick(employees).id, ...punch }], {
          conflict: ['funcionario_id', 'momento'],
          returning: false,
        })
      },
    },
    {
      name: 'add up the payroll',
      weight: 1,
      run: async ({ modules: { rh } }) => {
        await rh.db
          .selectFrom('funcionarios')
          .innerJoin('departamentos', 'departamentos.id', 'funcionarios.departamento_id')
          .select(({ fn }) => ['departamentos.nome', fn.sum<string>('salario').as('folha')])
          .groupBy('departamentos.nome')
          .execute()
      },
    },
  ],
})
