-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE departamentos (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  nome            VARCHAR(60) NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome)
);

CREATE TABLE funcionarios (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  departamento_id UUID          NOT NULL,
  nome            VARCHAR(200)  NOT NULL,
  email           VARCHAR(255)  NOT NULL,
  cpf             CHAR(11)      NOT NULL,
  cargo           VARCHAR(60)   NOT NULL,
  salario         NUMERIC(14,2) NOT NULL,
  admissao        DATE          NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, email),
  UNIQUE (organization_id, cpf),
  CHECK (nome <> ''),
  CHECK (cargo <> ''),
  CHECK (salario >= 0),
  FOREIGN KEY (organization_id, departamento_id)
    REFERENCES departamentos (organization_id, id)
);

CREATE INDEX ON funcionarios (organization_id, departamento_id);

-- @down
DROP TABLE funcionarios;
DROP TABLE departamentos;
