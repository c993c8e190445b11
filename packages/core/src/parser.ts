export {
  loadParser,
  type ParseNode,
  type PlacedStatement,
  parsePlaced,
  scanTokens,
  type Token,
} from './statement/facts/parser.js'
