export { FormFields } from "./FormFields";
export { type Answers, FIELD_TYPES, type FormField, type FormOption, type WrapForm } from "./model";
