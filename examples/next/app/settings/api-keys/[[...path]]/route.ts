import { dashboard } from '@keywright/dashboard'
import { keyringOfApp } from '../../../../keyring'

const openPage = async () => dashboard(await keyringOfApp(), { branding: { productName: 'Tasks' } })

let page: Awaited<ReturnType<typeof openPage>> | undefined

/** The settings page, and below it its script and its stylesheet. */
export async function GET(request: Request): Promise<Response> {
  page ??= await openPage()
  return page.fetch(request)
}
