import { buildPage } from '../build-page.js'

/** The handler has the page as text: it must be built before anything imports it. */
export default buildPage
