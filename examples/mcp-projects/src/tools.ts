import type { McpAccess } from '@keywright/mcp'
import { z } from 'zod'
import type { access } from './access.js'
import { add, list } from './shelves.js'

/** A tool, and what it requires of its caller. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: z.ZodType<Input>
  readonly access: McpAccess<typeof access>
  /** @param by - Who calls: the owner of the key. */
  run(input: Input, by: string): string
}

/** The arguments of tools: `projectId` if they are about a project, `title` if they add something. */
export interface Input {
  readonly projectId?: string | undefined
  readonly title?: string | undefined
}

const ofProject = ['tasks', 'standups', 'sprints', 'epics'] as const
const ofOrganization = ['projects', 'teams', 'leaves', 'rewards'] as const

/** Two tools for each group: one that lists, and one that adds. */
export const tools: readonly Tool[] = [...ofProject.flatMap(projectTools), ...ofOrganization.flatMap(organizationTools)]

/** Both name their project with `on`, so that the guard checks what the key may do on that project. */
function projectTools(group: (typeof ofProject)[number]): Tool[] {
  const on = ({ projectId }: Readonly<Record<string, unknown>>) => ({ type: 'project', id: projectId }) as const
  return [
    {
      name: `${group}_list`,
      description: `Lists the ${group} of a project`,
      inputSchema: z.object({ projectId: z.string() }),
      access: { scopes: [`${group}.read`], on },
      run: ({ projectId }) => list(`${group} of ${projectId}`),
    },
    {
      name: `${group}_add`,
      description: `Adds to the ${group} of a project`,
      inputSchema: z.object({ projectId: z.string(), title: z.string() }),
      access: { scopes: [`${group}.write`], on },
      run: ({ projectId, title }, by) => add(`${group} of ${projectId}`, `${title}, by ${by}`),
    },
  ]
}

function organizationTools(group: (typeof ofOrganization)[number]): Tool[] {
  return [
    {
      name: `${group}_list`,
      description: `Lists the ${group}`,
      inputSchema: z.object({}),
      access: { scopes: [`${group}.read`] },
      run: () => list(group),
    },
    {
      name: `${group}_add`,
      description: `Adds to the ${group}`,
      inputSchema: z.object({ title: z.string() }),
      access: { scopes: [`${group}.write`] },
      run: ({ title }, by) => add(group, `${title}, by ${by}`),
    },
  ]
}
