/** Words as the name of a migration can have them: `Criação de clientes` is `criacao_de_clientes`. */
export function nameWords(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^[_-]+|[_-]+$/g, '')
}
