-- @metadata {"version": "1.1.0", "dependencies": ["catalogo@>=1.1.0"]}

CREATE TYPE pedidos_status AS ENUM ('aberto', 'pago', 'enviado', 'entregue', 'cancelado');

CREATE TABLE pedidos (
  id              UUID           NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID           NOT NULL,
  cliente_id      UUID           NOT NULL,
  numero          INTEGER        NOT NULL,
  status          pedidos_status NOT NULL,
  valor_total     NUMERIC(14,2)  NOT NULL,
  created_at      TIMESTAMPTZ    NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, numero),
  CHECK (valor_total >= 0),
  FOREIGN KEY (organization_id, cliente_id)
    REFERENCES clientes (organization_id, id)
);

CREATE INDEX ON pedidos (organization_id, cliente_id);

CREATE TABLE itens_pedido (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  pedido_id       UUID          NOT NULL,
  sku_id          UUID          NOT NULL,
  quantidade      INTEGER       NOT NULL,
  preco_unitario  NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, pedido_id, sku_id),
  CHECK (quantidade > 0),
  CHECK (preco_unitario >= 0),
  FOREIGN KEY (organization_id, pedido_id)
    REFERENCES pedidos (organization_id, id) ON DELETE CASCADE
);

-- @down
DROP TABLE itens_pedido;
DROP TABLE pedidos;
DROP TYPE pedidos_status;
