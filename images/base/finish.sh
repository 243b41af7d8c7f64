#!/bin/sh
# Brings a file system that has our packages and Node to the state that all images start from: sh finish.sh ROOT.
# Packages may be installed (then most of this is there) or only unpacked (then no maintainer script has run).
set -eu
root=${1%/}

# The service's user. Others may follow, root is there in any case.
grep -qs '^root:' "$root/etc/passwd" || echo 'root:x:0:0:root:/root:/bin/bash' >>"$root/etc/passwd"
grep -qs '^root:' "$root/etc/group" || echo 'root:x:0:' >>"$root/etc/group"
echo 'posturelab:x:10001:10001::/home/posturelab:/bin/bash' >>"$root/etc/passwd"
echo 'posturelab:x:10001:' >>"$root/etc/group"
for folder in home/posturelab opt/posturelab var/cache/posturelab var/lib/posturelab var/lib/posturelab/captures; do
  mkdir -p "$root/$folder"
  chown 10001:10001 "$root/$folder"
done

# What update-alternatives would have linked.
link() { [ -e "$root/usr/bin/$2" ] || ln -s "$1" "$root/usr/bin/$2"; }
link dash sh
link mawk awk
link nc.openbsd nc
link less pager
link which.debianutils which

# With this capability, ping does not even start in a container without NET_RAW. It has its own way (ping_group_range).
setcap -r "$root/usr/bin/ping" 2>/dev/null || true

for junk in doc man locale info lintian common-licenses bash-completion; do
  rm -rf "$root/usr/share/$junk"
done
# FreeRADIUS brings Perl for a module that is not loaded here, and settings of which none is read.
rm -rf "$root/usr/share/perl" "$root"/usr/lib/*-linux-gnu/perl "$root/etc/freeradius"
rm -rf "$root"/usr/lib/*-linux-gnu/gconv "$root/var/cache/apt" "$root/var/lib/apt/lists"
ldconfig -r "${root:-/}"
