// What a page in a browser may need: which scopes are part of which, and nothing of Node.
import { covers, isSubset, normalize } from '@keywright/core/scope'

const scopes = normalize(['projects.*', 'projects.read', 'members.read'])
const isRight = covers(scopes, 'projects.write') && !isSubset(['members.*'], scopes)
console.log(isRight ? 'ok' : `got ${scopes.join(' ')}`)
