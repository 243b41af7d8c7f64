#!/bin/sh
# Last step of an image, run in it as root: sh seal.sh MAIN TOOL…
# Lets the unprivileged service use the tools, if its container has the capability, and leaves Node's compile cache behind.
set -eu
main=$1
shift

for tool; do
  case $tool in
    nft) setcap cap_net_admin+ep /usr/sbin/nft ;;
    hostapd | wpa_supplicant) setcap cap_net_admin,cap_net_raw+ep "/usr/sbin/$tool" ;;
    # It opens ICMPv6 to advertise, and looks for the others if it serves DHCP. Files have one effective bit for all of them, so its
    # container must have all three, or it could not be executed.
    dnsmasq) setcap cap_net_admin,cap_net_raw,cap_net_bind_service+ep /usr/sbin/dnsmasq ;;
    udhcpc)
      # A copy, so that busybox's other programs have no such right.
      install -m 755 "$(command -v busybox)" /usr/local/sbin/udhcpc
      setcap cap_net_raw+ep /usr/local/sbin/udhcpc
      ;;
    tcpdump) setcap cap_net_raw+ep /usr/bin/tcpdump ;;
    ip)
      # ip gives up file capabilities as soon as it starts (iproute2, drop_cap), but keeps ambient ones.
      install -D -m 755 /usr/bin/setpriv /usr/local/sbin/with-net-admin
      setcap cap_net_admin+ep /usr/local/sbin/with-net-admin
      cat >/usr/local/sbin/ip <<'END'
#!/bin/sh
exec /usr/local/sbin/with-net-admin --inh-caps=+net_admin --ambient-caps=+net_admin /usr/bin/ip "$@"
END
      chmod 755 /usr/local/sbin/ip
      ;;
  esac
done

# The service loads all it has, finds its control channel closed and ends; Node then writes its cache, which is valid for
# this user only. 13: Node's code for "nothing left to do, but the program still waits".
setpriv --reuid=posturelab --regid=posturelab --clear-groups timeout 30 node "$main" </dev/null >/dev/null || [ $? -eq 13 ]
