# Puts the articles of standard input (CRLF, dots doubled, ended by a dot) into the inbox named `board`.
use strict;
use warnings;
use PublicInbox::Config;
use PublicInbox::Eml;
use PublicInbox::InboxWritable;

my $inbox = PublicInbox::Config->new->lookup_name('board');
my $importer = PublicInbox::InboxWritable->new($inbox)->importer(0);

# public-inbox reads lines, too: only this knows another end.
sub article {
    local $/ = "\r\n.\r\n";
    my $text = <STDIN>;
    chomp $text if defined $text;
    return $text;
}

while (defined(my $text = article())) {
    $text =~ s/^\.\././mg;
    $text =~ s/\r\n/\n/g;
    $text .= "\n";
    $importer->add(PublicInbox::Eml->new(\$text));
}
$importer->done;
