# tcllib's nntp (Tcl), driven by library.ts.
package require nntp

proc connect {host port security certificate} {
  set ::news [::nntp::nntp $host $port]
  $::news configure -binary 1
}
proc login {user secret} { $::news authinfo $user $secret; return }
proc groups {} { lmap row [$::news list] { lindex [split $row " "] 0 } }
proc group {name} { list [join [lrange [$::news group $name] 0 2] "\t"] }
proc over {low high} {
  lmap row [$::news xover $low $high] { join [lmap at {0 1 2 4 5} { lindex [split $row "\t"] $at }] "\t" }
}
proc article {which} { $::news article $which }
proc newnews {group since} { $::news newnews $group [clock format $since] }
proc post {text} { $::news post [encoding convertfrom utf-8 [binary decode base64 $text]]; return }
proc quit {} { $::news quit; return }

fconfigure stdout -buffering line
while {[gets stdin line] >= 0} {
  set words [split $line "\t"]
  # What is not a refusal of the server ends the program.
  if {[catch {{*}$words} said options]} {
    if {![string match "NNTPERROR: *" $said]} { return -options $options $said }
    puts "no [string range $said 11 end]"
    continue
  }
  if {[lindex $words 0] ne "connect"} { foreach each $said { puts "=[binary encode base64 $each]" } }
  puts ok
}
