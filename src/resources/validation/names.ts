/** Rules for names. Each returns what is wrong, in Kubernetes' words (apimachinery `validation`), or nothing. */
export type NameRule = (name: string) => string | undefined;

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS1123_LABEL = new RegExp(`^${LABEL}$`);
const DNS1123_SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const DNS1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const PORT_NAME = /^[-a-z0-9]+$/;
const ENV_NAME = /^[ -<>-~]+$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

export const LABEL_LENGTH_MAX = 63;
export const SUBDOMAIN_LENGTH_MAX = 253;
const PORT_NAME_LENGTH_MAX = 15;

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export const dns1123Label: NameRule = (name) => checked(name, LABEL_LENGTH_MAX, DNS1123_LABEL, LABEL_TEXT);
export const dns1123Subdomain: NameRule = (name) =>
  checked(name, SUBDOMAIN_LENGTH_MAX, DNS1123_SUBDOMAIN, SUBDOMAIN_TEXT);
export const dns1035Label: NameRule = (name) => checked(name, LABEL_LENGTH_MAX, DNS1035_LABEL, DNS1035_TEXT);
export const labelValue: NameRule = (value) => checked(value, LABEL_LENGTH_MAX, LABEL_VALUE, LABEL_VALUE_TEXT);

/** `prefix.example.com/name` or `name`: keys of labels and annotations. */
export const qualifiedName: NameRule = (key) => {
  const parts = key.split('/');
  if (parts.length > 2) {
    return `a qualified name ${QUALIFIED_TEXT.slice('name part '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    const problem = prefix === '' ? 'must be non-empty' : dns1123Subdomain(prefix);
    if (problem) return `prefix part ${problem}`;
  }
  if (name === '') return 'name part must be non-empty';
  if (name.length > LABEL_LENGTH_MAX) return `name part must be no more than ${LABEL_LENGTH_MAX} characters`;
  return QUALIFIED_NAME.test(name) ? undefined : QUALIFIED_TEXT;
};

/** IANA service names: of container and service target ports. */
export const portName: NameRule = (name) => {
  if (name.length > PORT_NAME_LENGTH_MAX) return `must be no more than ${PORT_NAME_LENGTH_MAX} characters`;
  if (!PORT_NAME.test(name)) return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';
  if (!/[a-z]/.test(name)) return 'must contain at least one letter (a-z)';
  if (name.includes('--')) return 'must not contain consecutive hyphens';
  if (name.startsWith('-') || name.endsWith('-')) return 'must not begin or end with a hyphen';
  return undefined;
};

export const envVarName: NameRule = (name) =>
  ENV_NAME.test(name)
    ? undefined
    : "a valid environment variable name must consist only of printable ASCII characters other than '='";

/** Any name that can stand in a URL's path: of roles and their bindings. */
export const pathSegmentName: NameRule = (name) => {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  const wrong = ['/', '%'].find((character) => name.includes(character));
  return wrong === undefined ? undefined : `may not contain '${wrong}'`;
};

/** Keys of ConfigMaps and Secrets, which become file names. */
export const configKey: NameRule = (key) => {
  if (key.length > SUBDOMAIN_LENGTH_MAX) return `must be no more than ${SUBDOMAIN_LENGTH_MAX} characters`;
  if (!CONFIG_KEY.test(key)) {
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  }
  return key === '.' || key === '..' || key.startsWith('..') ? `must not be or start with '..'` : undefined;
};

function checked(value: string, length_max: number, shape: RegExp, text: string): string | undefined {
  if (value.length > length_max) return `must be no more than ${length_max} characters`;
  return shape.test(value) ? undefined : text;
}
