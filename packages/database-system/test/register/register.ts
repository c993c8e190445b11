// Compiled alone: what is registered here would hold in every other file of the package.
import { createPlatformaDatabaseSystem, DEVELOPMENT_CONFIG } from '@plataforma/database-system'

interface Cliente {
  id: string
  nome: string
}

interface Modules {
  vendas: { clientes: Cliente }
}

declare module '@plataforma/database-system' {
  interface Register {
    modules: Modules
  }
}

const system = createPlatformaDatabaseSystem(DEVELOPMENT_CONFIG)
const vendas = await system.createModule('vendas')
const [cliente] = await vendas.select('clientes', { where: { nome: 'Ana' } })
export const nome: string | undefined = cliente?.nome

// @ts-expect-error: there is no such table
await vendas.select('pedidos')
// @ts-expect-error: there is no such column
await vendas.select('clientes', { where: { preco: 1 } })
// @ts-expect-error: another type
export const id: number | undefined = cliente?.id

// A module that is not registered takes any table.
await (await system.createModule('estoque')).select('saldos')
await system.transaction(async (tx) => {
  // @ts-expect-error: there is no such table
  await tx.module('vendas').count('pedidos')
})
