export interface StatementFacts {
  readonly access: string
  readonly tablesWritten: readonly { schema: string | undefined; name: string }[]
}
export async function statementFacts(_sql: string): Promise<StatementFacts> {
  return { access: 'unknown', tablesWritten: [] }
}
