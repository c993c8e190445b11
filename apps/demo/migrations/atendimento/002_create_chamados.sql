-- @metadata {"version": "1.1.0", "dependencies": ["vendas:001_create_clientes"]}

CREATE TYPE chamados_status AS ENUM ('aberto', 'em atendimento', 'resolvido');

CREATE TABLE chamados (
  id              UUID            NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID            NOT NULL,
  fila_id         UUID            NOT NULL,
  cliente_id      UUID            NOT NULL,
  protocolo       INTEGER         NOT NULL,
  assunto         VARCHAR(200)    NOT NULL,
  prioridade      SMALLINT        NOT NULL,
  status          chamados_status NOT NULL,
  created_at      TIMESTAMPTZ     NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, protocolo),
  CHECK (assunto <> ''),
  CHECK (prioridade in (1, 2, 3)),
  FOREIGN KEY (organization_id, fila_id)
    REFERENCES filas (organization_id, id)
);

CREATE INDEX ON chamados (organization_id, cliente_id);
CREATE INDEX ON chamados (organization_id, fila_id, status);

CREATE TYPE mensagens_autor AS ENUM ('cliente', 'atendente');

CREATE TABLE mensagens (
  id              UUID            NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID            NOT NULL,
  chamado_id      UUID            NOT NULL,
  autor           mensagens_autor NOT NULL,
  texto           VARCHAR(200)    NOT NULL,
  created_at      TIMESTAMPTZ     NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (texto <> ''),
  FOREIGN KEY (organization_id, chamado_id)
    REFERENCES chamados (organization_id, id) ON DELETE CASCADE
);

CREATE INDEX ON mensagens (organization_id, chamado_id, created_at);

-- @down
DROP TABLE mensagens;
DROP TABLE chamados;
DROP TYPE mensagens_autor;
DROP TYPE chamados_status;
