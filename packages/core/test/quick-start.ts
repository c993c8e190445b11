import { statementFacts } from '@plataforma/core'

const facts = await statementFacts('select nome from clientes where ativo')
console.log(facts.access)
