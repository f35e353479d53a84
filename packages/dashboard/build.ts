// Builds the page: `build/page.js` has the script and the stylesheet as text, for the handler. With `--publish`, the element is put
// beside what tsup has built.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildPage } from './build-page.js'

const here = import.meta.dirname
if (process.argv.includes('--publish')) {
  for (const name of ['element', 'de']) {
    await copyFile(join(here, `build/${name}.js`), join(here, `dist/${name}.js`))
    await copyFile(join(here, `app/published/${name}.d.ts`), join(here, `dist/${name}.d.ts`))
  }
} else {
  await buildPage()
}
