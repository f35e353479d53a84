export { type Plan, type PlanInput, type Plans, type ResolvePlan, readPlans } from './plans.js'
