// Names of the lists that the mirror keeps whole.
export const LIST_KEYS = {
  organizations: 'organizations',
  domains: 'domains',
  clients: (organizationId: string) => `clients:${organizationId}`,
  domainClients: (organizationId: string) => `domain-clients:${organizationId}`,
  domainsOfClient: (clientId: string) => `domains-of:${clientId}`,
} as const;
