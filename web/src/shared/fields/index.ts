export { type FieldName, fields } from "./texts";
