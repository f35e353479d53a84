export { type Plan, type PlanBudgets, type PlanInput, type Plans, type ResolvePlan, readPlans } from './plans.js'
