import { defineConfig } from 'tsup'
import { joinedBuild } from '../../tsup.shared.js'

const doors = ['index', 'adapter', 'http', 'leaks', 'limits', 'store', 'token']
const sourceOf = (door: string): [string, string] => [door, `src/entries/${door}.ts`]

// The algebra of scopes needs nothing of Node, so that a page in a browser can use it.
export default defineConfig(
  joinedBuild(Object.fromEntries(doors.map(sourceOf)), Object.fromEntries([sourceOf('scope')])),
)
