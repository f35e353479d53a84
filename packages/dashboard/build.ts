// Builds the page: `build/page.js` has the script and the stylesheet as text, for the handler. With `--publish`, the element is put
// beside what tsup has built.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildPage } from './build-page.js'

const here = import.meta.dirname
if (process.argv.includes('--publish')) {
  await copyFile(join(here, 'build/element.js'), join(here, 'dist/element.js'))
  await copyFile(join(here, 'app/element.published.d.ts'), join(here, 'dist/element.d.ts'))
} else {
  await buildPage()
}
