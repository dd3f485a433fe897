import { deepEqual, equal } from "node:assert/strict";
import { newsReply, textReply } from "./replies.ts";
import { readXml } from "./xml.ts";

const WAY = { to: "oPerson", from: "gh_1", at: 1_348_831_860_999 };
const NASTY = `]]></Title><Url>http://evil.example</Url> <![CDATA[ & <b> "柜" 😀 ]]]]>> \0\x1b\ufffe end`;
const KEPT = `]]></Title><Url>http://evil.example</Url> <![CDATA[ & <b> "柜" 😀 ]]]]>>  end`;

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("textReply() has the XML that WeChat takes", () => {
  equal(
    textReply({ ...WAY, text: "你好" }),
    "<xml><ToUserName><![CDATA[oPerson]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>" +
      "<CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType>" +
      "<Content><![CDATA[你好]]></Content></xml>",
  );
});

pure("newsReply() is a card, with or without a picture", () => {
  const card = { ...WAY, title: "大堂 A", description: "Tap", url: "https://kaigui.example/c/a?x=1&y=2" };
  const item = { Title: card.title, Description: card.description, PicUrl: "", Url: card.url };
  const common = {
    ToUserName: "oPerson",
    FromUserName: "gh_1",
    CreateTime: "1348831860",
    MsgType: "news",
    ArticleCount: "1",
  };
  deepEqual(readXml(newsReply(card)), { xml: { ...common, Articles: { item } } });
  const pictureUrl = "https://kaigui.example/x.png";
  deepEqual(readXml(newsReply({ ...card, pictureUrl })), {
    xml: { ...common, Articles: { item: { ...item, PicUrl: pictureUrl } } },
  });
});

pure("replies say nothing but what they were given, whatever is in it", () => {
  const news = newsReply({ ...WAY, title: NASTY, description: NASTY, url: NASTY, pictureUrl: NASTY });
  const item = { Title: KEPT, Description: KEPT, PicUrl: KEPT, Url: KEPT };
  const { xml } = readXml(news) as { xml: { Articles: unknown } };
  deepEqual(xml.Articles, { item });
  const reply = readXml(textReply({ ...WAY, text: NASTY })) as { xml: { Content: unknown } };
  equal(reply.xml.Content, KEPT);
});
