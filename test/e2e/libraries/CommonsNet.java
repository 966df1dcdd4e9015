import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.TimeZone;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.commons.net.nntp.Article;
import org.apache.commons.net.nntp.NNTPClient;
import org.apache.commons.net.nntp.NewGroupsOrNewsQuery;
import org.apache.commons.net.nntp.NewsgroupInfo;

/** Apache Commons Net, driven by library.ts. It reads and writes one octet a character. */
public class CommonsNet {
  private static final Charset OCTETS = StandardCharsets.ISO_8859_1;
  private static final NNTPClient news = new NNTPClient();

  private static class Refused extends Exception {}

  private static <T> T accepted(T answer) throws Refused {
    if (answer == null || Boolean.FALSE.equals(answer)) throw new Refused();
    return answer;
  }

  private static SSLContext trusting(String certificate) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    try (FileInputStream file = new FileInputStream(certificate)) {
      store.setCertificateEntry("board", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static List<String> lines(Reader reader) throws Exception {
    List<String> lines = new ArrayList<>();
    try (BufferedReader buffered = new BufferedReader(accepted(reader))) {
      for (String line; (line = buffered.readLine()) != null;) lines.add(line);
    }
    return lines;
  }

  private static List<String> run(String[] words) throws Exception {
    List<String> said = new ArrayList<>();
    switch (words[0]) {
      case "connect":
        if (words[3].equals("nntps")) news.setSocketFactory(trusting(words[4]).getSocketFactory());
        news.connect(words[1], Integer.parseInt(words[2]));
        break;
      case "login":
        accepted(news.authenticate(words[1], words[2]));
        break;
      case "groups":
        for (NewsgroupInfo group : news.iterateNewsgroups()) said.add(group.getNewsgroup());
        break;
      case "group":
        NewsgroupInfo info = new NewsgroupInfo();
        accepted(news.selectNewsgroup(words[1], info));
        said.add(info.getArticleCountLong() + "\t" + info.getFirstArticleLong() + "\t" + info.getLastArticleLong());
        break;
      case "over":
        for (Article row : news.iterateArticleInfo(Long.parseLong(words[1]), Long.parseLong(words[2]))) {
          String references = String.join(" ", row.getReferences());
          said.add(String.join("\t", String.valueOf(row.getArticleNumberLong()), row.getSubject(), row.getFrom(),
              row.getArticleId(), references));
        }
        break;
      case "article":
        boolean number = words[1].matches("[0-9]+");
        said = lines(number ? news.retrieveArticle(Long.parseLong(words[1])) : news.retrieveArticle(words[1]));
        break;
      case "newnews":
        TimeZone utc = TimeZone.getTimeZone("UTC");
        GregorianCalendar since = GregorianCalendar.from(Instant.ofEpochSecond(Long.parseLong(words[2])).atZone(ZoneOffset.UTC));
        since.setTimeZone(utc);
        NewGroupsOrNewsQuery query = new NewGroupsOrNewsQuery(since, true);
        query.addNewsgroup(words[1]);
        for (String id : accepted(news.listNewNews(query))) said.add(id);
        break;
      case "post":
        try (Writer writer = accepted(news.postArticle())) {
          writer.write(new String(Base64.getDecoder().decode(words[1]), OCTETS).replace("\n", "\r\n") + "\r\n");
        }
        accepted(news.completePendingCommand());
        break;
      case "quit":
        news.logout();
        news.disconnect();
        break;
      default:
        throw new IllegalArgumentException(words[0]);
    }
    return said;
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = input.readLine()) != null;) {
      try {
        for (String said : run(line.split("\t"))) {
          System.out.println("=" + Base64.getEncoder().encodeToString(said.getBytes(OCTETS)));
        }
        System.out.println("ok");
      } catch (Refused refused) {
        System.out.println("no " + news.getReplyString().trim());
      }
    }
  }
}
