export { buildConfig as default } from '../../tsup.shared.js'
