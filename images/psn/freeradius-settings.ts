/** What FreeRADIUS is told: the least that ends PEAP-MSCHAPv2 and EAP-TLS. Nothing of Debian's own settings is read. */
export function freeradiusSettings({
  folder,
  address,
  port,
  secret,
}: {
  folder: string;
  address: string;
  port: number;
  secret: string;
}): string {
  return `name = radiusd
prefix = /usr
libdir = /usr/lib/freeradius
confdir = ${folder}
run_dir = ${folder}
max_request_time = 30
cleanup_delay = 5
max_requests = 16384
log {
  destination = stdout
  auth = no
}
security {
  allow_core_dumps = no
  max_attributes = 200
  reject_delay = 0
  status_server = no
}
proxy_requests = no
thread pool {
  start_servers = 1
  max_servers = 4
  min_spare_servers = 1
  max_spare_servers = 2
  max_requests_per_server = 0
}
client front {
  ipaddr = ${address}
  secret = ${secret}
  require_message_authenticator = yes
}
modules {
  files {
    usersfile = \${confdir}/users
    key = "%{User-Name}"
  }
  mschap {
    with_ntdomain_hack = yes
    allow_retry = no
  }
  eap {
    default_eap_type = peap
    timer_expire = 120
    max_sessions = \${max_requests}
    tls-config lab {
      private_key_file = \${confdir}/server.key
      certificate_file = \${confdir}/server.pem
      ca_file = \${confdir}/ca.pem
      tls_min_version = "1.2"
      tls_max_version = "1.2"
      cache {
        enable = no
      }
    }
    tls {
      tls = lab
    }
    peap {
      tls = lab
      default_eap_type = mschapv2
      virtual_server = inner
    }
    mschapv2 {
    }
  }
  always ok {
    rcode = ok
  }
}
server outer {
  listen {
    type = auth
    ipaddr = ${address}
    port = ${port}
  }
  authorize {
    eap
  }
  authenticate {
    eap
  }
  post-auth {
    if (&TLS-Client-Cert-Common-Name) {
      update reply {
        &User-Name := &TLS-Client-Cert-Common-Name
      }
    }
    elsif (&session-state:User-Name) {
      update reply {
        &User-Name := &session-state:User-Name
      }
    }
    Post-Auth-Type REJECT {
      eap
      update reply {
        &Reply-Message := "%{%{session-state:Module-Failure-Message}:-%{Module-Failure-Message}}"
      }
    }
  }
}
server inner {
  authorize {
    eap {
      ok = return
    }
    files
    mschap
  }
  authenticate {
    Auth-Type MS-CHAP {
      mschap
    }
    eap
  }
  post-auth {
    update outer.session-state {
      &User-Name := &User-Name
    }
    Post-Auth-Type REJECT {
      update outer.session-state {
        &Module-Failure-Message := &request:Module-Failure-Message
      }
    }
  }
}
`;
}

/** Names and passwords as FreeRADIUS reads them. Throws RangeError if one cannot be written there. */
export function usersFile(users: readonly {name: string; password: string}[]): string {
  return users
    .map(({name, password}) => `${quoted(name, '"')} Cleartext-Password := ${quoted(password, "'")}\n`)
    .join('');
}

/** In single quotes nothing is expanded; names stand in double ones, where nothing is either. */
function quoted(text: string, quote: string): string {
  if (/\p{Cc}/u.test(text)) throw new RangeError('a user name or password has a control character in it');
  return quote + text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;
}
