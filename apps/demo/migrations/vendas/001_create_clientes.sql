-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE clientes (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  nome            VARCHAR(200) NOT NULL,
  email           VARCHAR(255) NOT NULL,
  cpf             CHAR(11)     NOT NULL,
  telefone        VARCHAR(20),
  ativo           BOOLEAN      NOT NULL DEFAULT true,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, email),
  UNIQUE (organization_id, cpf),
  CHECK (nome <> '')
);

CREATE INDEX ON clientes (organization_id, nome);

CREATE TABLE enderecos (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  cliente_id      UUID         NOT NULL,
  logradouro      VARCHAR(200) NOT NULL,
  numero          VARCHAR(10)  NOT NULL,
  cidade          VARCHAR(80)  NOT NULL,
  uf              CHAR(2)      NOT NULL,
  cep             CHAR(8)      NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (logradouro <> ''),
  CHECK (numero <> ''),
  CHECK (cidade <> ''),
  CHECK (cep ~ '^[0-9]{8}$'),
  FOREIGN KEY (organization_id, cliente_id)
    REFERENCES clientes (organization_id, id) ON DELETE CASCADE
);

CREATE INDEX ON enderecos (organization_id, cliente_id);

-- @down
DROP TABLE enderecos;
DROP TABLE clientes;
