declare module 'pg/lib/utils.js' {
  const pgUtils: { prepareValue(value: unknown): string | Buffer | null }
  export default pgUtils
}
