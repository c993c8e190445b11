import { dbmate } from './dbmate.js'
import { diesel } from './diesel.js'
import type { MigrationImporter } from './migration-importer.js'

/** The layouts that can be imported. */
export const IMPORTERS: readonly MigrationImporter[] = [dbmate, diesel]
