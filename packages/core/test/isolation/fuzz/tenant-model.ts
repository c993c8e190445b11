export interface Conta {
  readonly codigo: string | null
  readonly valor: number
}

export interface Lancamento {
  readonly conta: number
  readonly valor: number
}

/** What one tenant has, and what a change of it must come to: the oracle of the fuzz test. */
export class TenantModel {
  contas: Map<number, Conta>
  lancamentos: Map<number, Lancamento>

  constructor(from?: TenantModel) {
    this.contas = new Map(from?.contas)
    this.lancamentos = new Map(from?.lancamentos)
  }

  restore(from: TenantModel): void {
    this.contas = new Map(from.contas)
    this.lancamentos = new Map(from.lancamentos)
  }

  rowsOfContas(): { id: string; codigo: string | null; valor: number }[] {
    return sorted(this.contas).map(([id, { codigo, valor }]) => ({ id: `${id}`, codigo, valor }))
  }

  rowsOfLancamentos(): { id: string; conta: string; valor: number }[] {
    return sorted(this.lancamentos).map(([id, { conta, valor }]) => ({
      id: `${id}`,
      conta: `${conta}`,
      valor,
    }))
  }

  /** SQLSTATE of what the database must refuse; otherwise the rows are there now. */
  insertContas(rows: readonly (Conta & { readonly id: number })[]): string | undefined {
    const after = new Map(this.contas)
    for (const { id, codigo, valor } of rows) {
      if (valor < 0) return '23514'
      if (after.has(id) || hasCode(after, codigo)) return '23505'
      after.set(id, { codigo, valor })
    }
    this.contas = after
    return undefined
  }

  upsertConta({ id, codigo, valor }: Conta & { readonly id: number }): string | undefined {
    if (valor < 0) return '23514'
    if (hasCode(this.contas, codigo, id)) return '23505'
    this.contas.set(id, { codigo, valor })
    return undefined
  }

  updateContas(ids: readonly number[], valor: number): string | undefined {
    if (ids.length > 0 && valor < 0) return '23514'
    for (const id of ids) {
      const conta = this.contas.get(id)
      if (conta !== undefined) this.contas.set(id, { ...conta, valor })
    }
    return undefined
  }

  deleteConta(id: number): number {
    if (!this.contas.delete(id)) return 0
    for (const [other, { conta }] of this.lancamentos) {
      if (conta === id) this.lancamentos.delete(other)
    }
    return 1
  }

  insertLancamento(id: number, lancamento: Lancamento): string | undefined {
    if (this.lancamentos.has(id)) return '23505'
    if (!this.contas.has(lancamento.conta)) return '23503'
    this.lancamentos.set(id, lancamento)
    return undefined
  }
}

function hasCode(contas: ReadonlyMap<number, Conta>, codigo: string | null, but?: number): boolean {
  if (codigo === null) return false
  return [...contas].some(([id, conta]) => id !== but && conta.codigo === codigo)
}

function sorted<T>(map: ReadonlyMap<number, T>): [number, T][] {
  return [...map].sort(([one], [other]) => one - other)
}
