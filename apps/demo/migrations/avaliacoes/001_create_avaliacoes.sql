-- @metadata {"version": "1.0.0", "dependencies": ["catalogo@>=1.1.0", "vendas@>=1.0.0"]}

CREATE TABLE avaliacoes (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  produto_id      UUID        NOT NULL,
  cliente_id      UUID        NOT NULL,
  nota            SMALLINT    NOT NULL,
  comentario      TEXT,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, produto_id, cliente_id),
  CHECK (nota between 1 and 5)
);

CREATE INDEX ON avaliacoes (organization_id, nota);

CREATE TABLE respostas (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  avaliacao_id    UUID         NOT NULL,
  texto           VARCHAR(200) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, avaliacao_id),
  CHECK (texto <> ''),
  FOREIGN KEY (organization_id, avaliacao_id)
    REFERENCES avaliacoes (organization_id, id) ON DELETE CASCADE
);

CREATE TABLE votos (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  avaliacao_id    UUID        NOT NULL,
  cliente_id      UUID        NOT NULL,
  util            BOOLEAN     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, avaliacao_id, cliente_id),
  FOREIGN KEY (organization_id, avaliacao_id)
    REFERENCES avaliacoes (organization_id, id) ON DELETE CASCADE
);

-- @down
DROP TABLE votos;
DROP TABLE respostas;
DROP TABLE avaliacoes;
