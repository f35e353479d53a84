import { defineConfig } from 'tsup'
import { libraryBuild } from '../../tsup.shared.js'

// The page is text within the handler, so that this needs no file system.
export default defineConfig({ ...libraryBuild({ index: 'src/index.ts' }), noExternal: ['#page'] })
