/** What an example imports as `./cliente.js`. */
export interface Cliente {
  id: string
  organization_id: string
  nome: string
  email: string | null
}
